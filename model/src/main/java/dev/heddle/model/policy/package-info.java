/// Kinds of Heddle's own, for what Istio has no field for.
@NullMarked
package dev.heddle.model.policy;

import org.jspecify.annotations.NullMarked;
