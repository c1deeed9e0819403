package stormcell.bench.storm;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waiting. */
final class Clock {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private Clock() {}

    /**
     * Waits until something is so.
     *
     * @param what what, for the error
     * @param limit how long at most
     * @param condition whether it is
     * @throws InterruptedException if the thread is interrupted
     * @throws TimeoutException if it is not in time
     */
    static void await(String what, Duration limit, BooleanSupplier condition)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "waited " + limit.toSeconds() + " s in vain until " + what);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /**
     * Sleeps.
     *
     * @param nanoTime until when, as {@link System#nanoTime}
     * @throws InterruptedException if the thread is interrupted
     */
    static void sleepUntil(long nanoTime) throws InterruptedException {
        for (long left = nanoTime - System.nanoTime(); left > 0; ) {
            TimeUnit.NANOSECONDS.sleep(left);
            left = nanoTime - System.nanoTime();
        }
    }

    /** So many seconds in ns. */
    static long nanos(double seconds) {
        return Math.round(seconds * NANOS);
    }

    /** So many ns in seconds. */
    static double seconds(long nanos) {
        return nanos / NANOS;
    }
}
