/// Tests of the package.
@NullMarked
package dev.heddle.signals.search;

import org.jspecify.annotations.NullMarked;
