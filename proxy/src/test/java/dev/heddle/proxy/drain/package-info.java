/// Tests of draining.
@NullMarked
package dev.heddle.proxy.drain;

import org.jspecify.annotations.NullMarked;
