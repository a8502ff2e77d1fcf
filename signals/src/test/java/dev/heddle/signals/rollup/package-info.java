/// Tests of what calls add up to.
@NullMarked
package dev.heddle.signals.rollup;

import org.jspecify.annotations.NullMarked;
