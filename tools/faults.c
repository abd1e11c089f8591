/* Faults of the system for tools/fault_runs.py: preloaded before the C library, it counts calls on
   files below one folder and lets one of them fail. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, SHORT, FSYNC, RENAME, MKDIR, MMAP, TRUNCATE, KINDS };

static atomic_long counts[KINDS];
static char folder[PATH_MAX];
static size_t length;
static int kind = -1, code;
static long at;

void faults_set(const char *below, int which, long nth, int error)
{
    length = 0;
    for (int k = 0; k < KINDS; k++)
        counts[k] = 0;
    snprintf(folder, sizeof folder, "%s", below);
    kind = which;
    at = nth;
    code = error;
    length = strlen(folder);
}

long faults_count(int which) { return counts[which]; }

static int below(const char *path) { return length && !strncmp(path, folder, length); }

static int below_handle(int handle)
{
    char link[64], path[PATH_MAX];
    if (!length || handle < 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = 0;
    return below(path);
}

static int fails(int which)
{
    if (atomic_fetch_add(&counts[which], 1) + 1 != at || which != kind)
        return 0;
    errno = code;
    return 1;
}

/* looked up before there are threads, which may not wait for the loader */
#define EACH(DO) DO(open) DO(openat) DO(read) DO(pread) DO(readv) DO(preadv) DO(write) DO(pwrite) \
    DO(writev) DO(pwritev) DO(fsync) DO(fdatasync) DO(syncfs) DO(rename) DO(renameat) DO(mkdir) \
    DO(mkdirat) DO(mmap) DO(ftruncate) DO(opendir) DO(posix_fallocate)
#define DECLARE(name) static __typeof__(&name) real_##name;
#define FIND(name) real_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name);
EACH(DECLARE)
__attribute__((constructor)) static void find_all(void) { EACH(FIND) }

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

int open(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return below(path) && fails(OPEN) ? -1 : real_open(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return below(path) && fails(OPEN) ? -1 : real_open(path, flags, mode);
}

int openat(int in, const char *path, int flags, ...)
{
    MODE(flags, mode)
    int ours = *path == '/' ? below(path) : below_handle(in);
    return ours && fails(OPEN) ? -1 : real_openat(in, path, flags, mode);
}

int openat64(int in, const char *path, int flags, ...)
{
    MODE(flags, mode)
    int ours = *path == '/' ? below(path) : below_handle(in);
    return ours && fails(OPEN) ? -1 : real_openat(in, path, flags, mode);
}

DIR *opendir(const char *path) { return below(path) && fails(OPEN) ? NULL : real_opendir(path); }

#define ON_HANDLE(type, name, which, bad, arguments, call) \
    type name arguments { return below_handle(handle) && fails(which) ? bad : real_##call; }

ON_HANDLE(ssize_t, read, READ, -1, (int handle, void *data, size_t size), read(handle, data, size))
ON_HANDLE(ssize_t, pread, READ, -1, (int handle, void *data, size_t size, off_t place),
          pread(handle, data, size, place))
ON_HANDLE(ssize_t, pread64, READ, -1, (int handle, void *data, size_t size, off_t place),
          pread(handle, data, size, place))
ON_HANDLE(ssize_t, readv, READ, -1, (int handle, const struct iovec *data, int n),
          readv(handle, data, n))
ON_HANDLE(ssize_t, preadv, READ, -1, (int handle, const struct iovec *data, int n, off_t place),
          preadv(handle, data, n, place))
ON_HANDLE(ssize_t, pwrite, WRITE, -1, (int handle, const void *data, size_t size, off_t place),
          pwrite(handle, data, size, place))
ON_HANDLE(ssize_t, pwrite64, WRITE, -1, (int handle, const void *data, size_t size, off_t place),
          pwrite(handle, data, size, place))
ON_HANDLE(ssize_t, writev, WRITE, -1, (int handle, const struct iovec *data, int n),
          writev(handle, data, n))
ON_HANDLE(ssize_t, pwritev, WRITE, -1, (int handle, const struct iovec *data, int n, off_t place),
          pwritev(handle, data, n, place))
ON_HANDLE(ssize_t, pwritev64, WRITE, -1, (int handle, const struct iovec *data, int n, off_t place),
          pwritev(handle, data, n, place))
ON_HANDLE(int, fsync, FSYNC, -1, (int handle), fsync(handle))
ON_HANDLE(int, fdatasync, FSYNC, -1, (int handle), fdatasync(handle))
ON_HANDLE(int, syncfs, FSYNC, -1, (int handle), syncfs(handle))
ON_HANDLE(int, ftruncate, TRUNCATE, -1, (int handle, off_t size), ftruncate(handle, size))
ON_HANDLE(int, ftruncate64, TRUNCATE, -1, (int handle, off_t size), ftruncate(handle, size))
ON_HANDLE(int, posix_fallocate, TRUNCATE, code, (int handle, off_t from, off_t size),
          posix_fallocate(handle, from, size))
ON_HANDLE(int, posix_fallocate64, TRUNCATE, code, (int handle, off_t from, off_t size),
          posix_fallocate(handle, from, size))

ssize_t write(int handle, const void *data, size_t size)
{
    if (below_handle(handle)) {
        if (fails(WRITE))
            return -1;
        if (size > 1 && fails(SHORT))
            size /= 2; /* as a signal or a full disk may do */
    }
    return real_write(handle, data, size);
}

void *mmap(void *where, size_t size, int may, int flags, int handle, off_t place)
{
    int ours = !(flags & MAP_ANONYMOUS) && below_handle(handle);
    return ours && fails(MMAP) ? MAP_FAILED : real_mmap(where, size, may, flags, handle, place);
}

void *mmap64(void *where, size_t size, int may, int flags, int handle, off_t place)
{
    return mmap(where, size, may, flags, handle, place);
}

int rename(const char *from, const char *to)
{
    return below(to) && fails(RENAME) ? -1 : real_rename(from, to);
}

int renameat(int in, const char *from, int into, const char *to)
{
    return below(to) && fails(RENAME) ? -1 : real_renameat(in, from, into, to);
}

int mkdir(const char *path, mode_t mode)
{
    return below(path) && fails(MKDIR) ? -1 : real_mkdir(path, mode);
}

int mkdirat(int in, const char *path, mode_t mode)
{
    int ours = *path == '/' ? below(path) : below_handle(in);
    return ours && fails(MKDIR) ? -1 : real_mkdirat(in, path, mode);
}
