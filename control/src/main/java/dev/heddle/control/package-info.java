/// The control plane: the effects around the compiler.
///
/// Start at [dev.heddle.control.ControlPlane]: it puts everything together, in the order in which a
/// change travels.
@NullMarked
package dev.heddle.control;

import org.jspecify.annotations.NullMarked;
