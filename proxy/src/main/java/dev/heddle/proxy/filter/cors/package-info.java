/// What browsers may do from pages of other origins.
@NullMarked
package dev.heddle.proxy.filter.cors;

import org.jspecify.annotations.NullMarked;
