/// The whole mesh as a test: in one thread under virtual time, over loopback with real sockets, and
/// with stock Envoy in our proxy's place.
///
/// [dev.heddle.e2e.CallSheet] is what a case's `calls.yaml` says, [dev.heddle.e2e.MeshUnderTest] is
/// whatever can answer such calls.
@NullMarked
package dev.heddle.e2e;

import org.jspecify.annotations.NullMarked;
