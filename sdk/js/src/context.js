// What a task is told about itself, in the words of the SDK.
import { fieldsFromWit } from './schema.js';
import { host } from '#host';

/** The configuration of this component, parsed. */
export const configuration = () => JSON.parse(host.config());

/** An input of WIT. */
export const inputFromWit = ({ component, name, fields }) => ({
  component,
  stream: name,
  fields: fieldsFromWit(fields),
});

/** The context of a bolt or spout. */
export function contextFromWit(context) {
  return {
    topology: context.topology,
    component: context.component,
    task: context.task,
    taskIndex: context.taskIndex,
    taskCount: context.taskCount,
    inputs: context.inputs.map(inputFromWit),
    components: new Map(context.components.map(({ component, tasks }) => [component, [...tasks]])),
    config: configuration(),
  };
}

/** The context of a grouping. */
export function groupingContextFromWit({ topology, grouped, sourceTask, targets }) {
  return {
    topology,
    input: inputFromWit(grouped),
    sourceTask,
    targets: [...targets],
    config: configuration(),
  };
}
