/// Records for tests.
@NullMarked
package dev.heddle.signals.record;

import org.jspecify.annotations.NullMarked;
