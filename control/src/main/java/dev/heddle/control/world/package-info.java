/// How events become numbered worlds.
///
/// One thread, the [dev.heddle.control.world.WorldLoop], takes what sources say, lets the
/// [dev.heddle.control.world.WorldBuilder] decide what that means, has it kept by the
/// [dev.heddle.control.world.WorldStore], and publishes it.
@NullMarked
package dev.heddle.control.world;

import org.jspecify.annotations.NullMarked;
