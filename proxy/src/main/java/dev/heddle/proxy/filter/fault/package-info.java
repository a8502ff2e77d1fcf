/// Failures made on purpose, to see what they do.
@NullMarked
package dev.heddle.proxy.filter.fault;

import org.jspecify.annotations.NullMarked;
