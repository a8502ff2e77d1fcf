/// Sessions that stay with one host, whatever becomes of the others.
@NullMarked
package dev.heddle.proxy.filter.session;

import org.jspecify.annotations.NullMarked;
