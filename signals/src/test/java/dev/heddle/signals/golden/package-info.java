/// Tests of the package.
@NullMarked
package dev.heddle.signals.golden;

import org.jspecify.annotations.NullMarked;
