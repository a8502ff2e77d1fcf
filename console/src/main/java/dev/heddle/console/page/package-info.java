/// The console's page: files that the build of `console/ui` made, served from the jar.
@NullMarked
package dev.heddle.console.page;

import org.jspecify.annotations.NullMarked;
