/// Answers "what would happen to this request, and which line of whose YAML says so".
///
/// It walks the very intermediate representation that is emitted as Envoy configuration, with
/// Envoy's rules for choosing a virtual host and a route, so it cannot disagree with production
/// without a test noticing.
@NullMarked
package dev.heddle.compiler.explain;

import org.jspecify.annotations.NullMarked;
