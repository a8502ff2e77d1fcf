/// The control plane as a compiler: configuration in, xDS and findings out.
///
/// [dev.heddle.compiler.MeshCompiler] is a pure function of a [dev.heddle.compiler.world.World] and
/// a [dev.heddle.compiler.world.ProxyScope]. It reads no clock, no file and no network, starts no
/// thread and logs nothing, so whatever runs in production can be run again from its inputs: by
/// `explain`, by `analyze`, by a test.
@NullMarked
package dev.heddle.compiler;

import org.jspecify.annotations.NullMarked;
