/// Counts what the control plane itself does, under the names that Istio's has.
@NullMarked
package dev.heddle.control.meter;

import org.jspecify.annotations.NullMarked;
