/// Tests of what the control plane counts of itself.
@NullMarked
package dev.heddle.control.meter;

import org.jspecify.annotations.NullMarked;
