/// Tests of admin pages.
@NullMarked
package dev.heddle.proxy.admin;

import org.jspecify.annotations.NullMarked;
