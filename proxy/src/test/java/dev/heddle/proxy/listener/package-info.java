/// The way of a connection from its socket to its filter chain.
@NullMarked
package dev.heddle.proxy.listener;

import org.jspecify.annotations.NullMarked;
