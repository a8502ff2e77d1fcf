/// Runs MeshTests: leads each test's request through the configuration, as `heddle explain` does,
/// and compares what becomes of it with what was expected.
@NullMarked
package dev.heddle.verify;

import org.jspecify.annotations.NullMarked;
