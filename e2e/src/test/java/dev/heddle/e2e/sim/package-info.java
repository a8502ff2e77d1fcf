/// The whole mesh in one thread under virtual time.
///
/// [dev.heddle.verify.sim.VirtualLoop] is the one event loop, and its clock moves only when a test
/// says so; everything else listens, connects and waits on it as it would on a real one. The same
/// seed gives the same run.
@NullMarked
package dev.heddle.e2e.sim;

import org.jspecify.annotations.NullMarked;
