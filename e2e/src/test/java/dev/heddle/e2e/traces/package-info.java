/// Traces across several services, told to real collectors.
@NullMarked
package dev.heddle.e2e.traces;

import org.jspecify.annotations.NullMarked;
