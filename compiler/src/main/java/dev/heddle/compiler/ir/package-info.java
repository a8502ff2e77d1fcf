/// What a proxy shall do, in this product's own words: the intermediate representation.
///
/// Istio resources (and later the Gateway API's) are lowered into it, Envoy resources are emitted
/// from it, and `explain` walks it with a request in hand. Everything is immutable and plain, and
/// every node carries the [dev.heddle.model.Origin] that led to it.
@NullMarked
package dev.heddle.compiler.ir;

import org.jspecify.annotations.NullMarked;
