// One control per kind of question. Each gives an element and: read() what was answered (null for nothing), fill(answer),
// lock(), mark(solution, right) once it is graded, press(number) for the keyboard's digits.
import { choice } from "./choice.js";
import { fill } from "./fill.js";
import { matching } from "./matching.js";
import { ordering } from "./ordering.js";
import { short } from "./short.js";

const CONTROLS = { single: choice, multiple: choice, true_false: choice, fill, ordering, matching, short };

export function control(question, changed, announce, name) {
  return CONTROLS[question.kind](question, changed, announce, name);
}
