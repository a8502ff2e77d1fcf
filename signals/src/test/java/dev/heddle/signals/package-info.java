/// Tests of signals as a whole.
@NullMarked
package dev.heddle.signals;

import org.jspecify.annotations.NullMarked;
