// Tasks under Node that wait for promises, for the unit tests of methods that are `async` or
// return one. In a component promises are those of promise.js, and are done when a method
// returns; under Node they are Node's, and only what waits itself can wait for them.
import { BoltTask } from './bolt-task.js';
import { describeError } from './errors.js';
import { refuseReturned } from './returned.js';
import { SpoutTask } from './spout-task.js';
import { finish } from './task.js';

/** What a method came to. What it left behind that needs no timer and no server has run
 * then, as in a component. */
async function awaited(result, method) {
  const isPromise = typeof result?.then === 'function';
  const value = await result;
  await new Promise((resolve) => setImmediate(resolve));
  return isPromise ? value : finish(value, method);
}

export class AwaitingBoltTask extends BoltTask {
  async prepare(context) {
    await awaited(this.make(context).prepare(this.context), 'prepare');
    this.checkFields();
  }

  execute(batches) {
    return this.awaitedCall(async () => {
      for (const batch of batches) {
        const { source, whole, tuples } = this.read(batch);
        if (whole === null) await this.awaitRows(tuples);
        else await this.awaitBatch(whole, source);
      }
    });
  }

  tick(now) {
    return this.awaitedCall(() => this.awaitUnit(() => this.bolt.tick(now), 'tick'));
  }

  close(reason) {
    return this.awaitedCall(() => this.awaitUnit(() => this.bolt.close(reason), 'close'));
  }

  async awaitedCall(work) {
    this.tuples = [];
    this.settlements.begin();
    try {
      await work();
      return this.outcome();
    } catch (error) {
      this.outbox.clear();
      throw error;
    } finally {
      this.current = null;
      this.tuples = [];
    }
  }

  async awaitRows(tuples) {
    if (!this.settlements.autoAck) this.tuples.push(...tuples);
    for (const tuple of tuples) {
      this.current = tuple;
      try {
        await this.awaitUnit(() => this.bolt.process(tuple), 'process');
      } catch (error) {
        this.settlements.failRow(tuple, describeError(error));
      }
    }
    this.current = null;
  }

  async awaitBatch(batch, source) {
    if (!this.settlements.autoAck) this.tuples.push(...batch.tuples);
    this.batch = { batch, source };
    try {
      await this.awaitUnit(() => this.bolt.processBatch(batch), 'processBatch');
    } catch (error) {
      for (const tuple of batch.tuples) this.settlements.failRow(tuple, describeError(error));
    } finally {
      this.batch = null;
    }
  }

  async awaitUnit(work, method) {
    this.step++;
    try {
      refuseReturned(await awaited(work(), method), this.bolt, method);
      this.settlements.commit();
    } catch (error) {
      this.undo();
      throw error;
    }
  }
}

export class AwaitingSpoutTask extends SpoutTask {
  async prepare(context) {
    await awaited(this.make(context).prepare(this.context), 'prepare');
    this.checkFields();
  }

  async activate() {
    await awaited(this.spout.activate(), 'activate');
  }

  async deactivate() {
    await awaited(this.spout.deactivate(), 'deactivate');
  }

  async next(maxRows) {
    this.begin(maxRows);
    try {
      if (!this.hasMore()) refuseReturned(await awaited(this.spout.next(maxRows), 'next'), this.spout, 'next');
      return this.outcome();
    } catch (error) {
      this.outbox.clear();
      throw error;
    } finally {
      this.limit = 0;
    }
  }

  async close(reason) {
    refuseReturned(await awaited(this.spout.close(reason), 'close'), this.spout, 'close');
  }

  async each(ids, method) {
    const { spout } = this;
    const results = [];
    this.spout = {
      [method]: (id) => {
        // All are told, also after one that throws.
        results.push(new Promise((resolve) => resolve(spout[method](id))).then((result) => awaited(result, method)));
      },
    };
    super.each(ids, method);
    this.spout = spout;
    const ended = await Promise.allSettled(results);
    for (const { status, reason } of ended) if (status === 'rejected') throw reason;
  }
}
