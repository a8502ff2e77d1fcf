/// Tests of what a proxy remembers.
@NullMarked
package dev.heddle.proxy.flight;

import org.jspecify.annotations.NullMarked;
