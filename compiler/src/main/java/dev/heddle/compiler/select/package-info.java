/// Which resource counts for whom: visibility, precedence and merging, as Istio has them.
///
/// A [dev.heddle.compiler.select.MeshIndex] is built once for a world; every question that a
/// lowering asks ("which rules are there for this gateway", "which policy is in force between this
/// namespace and that service") is answered here, so that the order of precedence is written down
/// in one place.
@NullMarked
package dev.heddle.compiler.select;

import org.jspecify.annotations.NullMarked;
