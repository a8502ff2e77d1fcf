/// What the compiler is given: the mesh at one moment, and the one proxy it compiles for.
///
/// [dev.heddle.compiler.world.World] and [dev.heddle.compiler.world.ProxyScope] are the whole
/// input, so together they are the whole key of whatever is made of them.
@NullMarked
package dev.heddle.compiler.world;

import org.jspecify.annotations.NullMarked;
