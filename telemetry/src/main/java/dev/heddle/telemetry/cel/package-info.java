/// Expressions about a request, as filters of access logs and tags of metrics have them: the part
/// of CEL that such expressions need, over Envoy's attributes.
///
/// An expression is parsed once, and refused then if it asks for something that is not there: what
/// is unknown is named with its column. Evaluating one never throws; what cannot be computed is a
/// [dev.heddle.telemetry.cel.CelError], which `&&` and `||` leave out where the other side decides.
@NullMarked
package dev.heddle.telemetry.cel;

import org.jspecify.annotations.NullMarked;
