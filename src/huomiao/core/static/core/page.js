// Every page's behaviours, each in a module of its own; all hang on data- attributes and none is needed to get on.
import "./bulk.js";
import "./catch_up.js";
import "./confirm.js";
import "./dialog.js";
import "./limit.js";
import "./menu.js";
import "./once.js";
