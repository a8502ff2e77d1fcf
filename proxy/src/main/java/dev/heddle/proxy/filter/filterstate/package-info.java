/// What an exchange tells listeners of this proxy of itself.
@NullMarked
package dev.heddle.proxy.filter.filterstate;

import org.jspecify.annotations.NullMarked;
