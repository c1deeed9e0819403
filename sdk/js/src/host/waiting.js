// What a component asks of its host to wait, inside a component.
import clock from 'late:clocks/monotonic-clock@0.2.6';
import poll from 'late:io/poll@0.2.6';

export const waitingHost = {
  now: () => Number(clock.now()),
  after: (nanoseconds) => clock.subscribeDuration(nanoseconds),
  poll: (pollables) => poll.poll(pollables),
};
