/// Hosts that requests name, looked up on their way.
@NullMarked
package dev.heddle.proxy.filter.dynamicproxy;

import org.jspecify.annotations.NullMarked;
