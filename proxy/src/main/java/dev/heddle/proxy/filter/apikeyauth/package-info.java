/// Keys of clients, which requests must have.
@NullMarked
package dev.heddle.proxy.filter.apikeyauth;

import org.jspecify.annotations.NullMarked;
