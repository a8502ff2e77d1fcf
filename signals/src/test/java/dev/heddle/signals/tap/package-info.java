/// Tests of listening.
@NullMarked
package dev.heddle.signals.tap;

import org.jspecify.annotations.NullMarked;
