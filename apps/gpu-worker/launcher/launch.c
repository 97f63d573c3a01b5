/*
 * Starts a sandbox where no user namespace can be made, as in restricted pods: takes from itself what the program that it
 * becomes must not have, and any failure on the way ends it, so that nothing ever runs half locked in.
 *
 *   launch --parent PROCESS --descriptors COUNT --filter DESCRIPTOR --see PATH ... -- PROGRAM ARGUMENT ...
 *
 * --parent       the id of who starts it, and with whom it dies
 * --descriptors  how many, counted from 0, the program is given; all others are closed
 * --filter       where the filter of system calls is read from; it is closed then. See src/sandbox/seccomp/
 * --see          a file or a folder that can be read and run; there may be many. Beside them it sees /proc of itself
 *
 * What each measure stops, from which kernel on, and what remains: docs/decisions/0009-launcher.md.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock by its numbers, the same on all architectures: the headers of an older system lack the newer ones. */
enum { LANDLOCK_CREATE_RULESET = 444, LANDLOCK_ADD_RULE = 445, LANDLOCK_RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

struct ruleset {
    uint64_t files, network, scope;
};

struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t beneath;
};

static const uint64_t may_execute = 1 << 0, may_read_file = 1 << 2, may_read_folder = 1 << 3;

/* All that each version of the kernel's Landlock (from 1 on) can forbid; the last entry stands for whatever follows. */
static const struct ruleset everything[] = {
    {0x1fff, 0, 0}, {0x3fff, 0, 0}, {0x7fff, 0, 0}, {0x7fff, 3, 0}, {0xffff, 3, 0}, {0xffff, 3, 3},
};

static const unsigned capabilities_max = 64;
enum { instructions_max = 4096, descriptor_min = 3, descriptor_max = 255 };

static _Noreturn void give_up(const char *step)
{
    perror(step);
    _exit(70);
}

static int number(const char *text, long least, long most)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < least || value > most) give_up("a number is out of range");
    return (int)value;
}

/* Dies with its parent, also one that died before it was asked to, and gets nothing back by running a file that would give more. */
static void bind_to_parent(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) give_up("parent-death signal");
    if (getppid() != parent) give_up("the parent is gone");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs");
}

/* Also for a launcher of root, which would else come back to all of them. One that has none has none to drop. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    for (unsigned capability = 0; capability < capabilities_max; capability++) {
        if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) != 0) give_up("capabilities");
    if (getuid() == 0 && prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 1) give_up("capabilities of root");
}

static void let_see(int rules, const char *path)
{
    struct stat about;
    struct path_rule rule = {may_execute | may_read_file, open(path, O_PATH | O_CLOEXEC)};
    if (rule.beneath < 0 || fstat(rule.beneath, &about) != 0) give_up("a path that should be seen");
    if (S_ISDIR(about.st_mode)) rule.allowed |= may_read_folder;
    if (syscall(LANDLOCK_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0) != 0) give_up("Landlock rule");
    close(rule.beneath);
}

/* An empty ruleset of all that this kernel can forbid, which allows nothing yet. */
static int forbid_everything(void)
{
    size_t versions = sizeof everything / sizeof *everything;
    long version = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
    if (version < 1) give_up("this kernel has no Landlock");
    const struct ruleset *all = &everything[((size_t)version < versions ? (size_t)version : versions) - 1];
    /* Older kernels take the longer form as long as what they do not know is zero. */
    int rules = (int)syscall(LANDLOCK_CREATE_RULESET, all, sizeof *all, 0);
    if (rules < 0) give_up("Landlock ruleset");
    return rules;
}

static void load(unsigned count, struct sock_filter *instructions)
{
    struct sock_fprog program = {(unsigned short)count, instructions};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) give_up("filter of system calls");
}

/*
 * Without a namespace of processes two calls that the sandbox needs could reach others of its user: it may signal and limit
 * itself alone. Its process id is known only here. The call of another architecture is the other filter's matter.
 */
static void reach_nobody_else(void)
{
    uint32_t self = (uint32_t)getpid();
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    load(sizeof instructions / sizeof *instructions, instructions);
}

static unsigned read_filter(int descriptor, struct sock_filter *instructions)
{
    ssize_t bytes = read(descriptor, instructions, instructions_max * sizeof *instructions);
    if (bytes <= 0 || bytes % (ssize_t)sizeof *instructions != 0) give_up("the filter cannot be read");
    return (unsigned)((size_t)bytes / sizeof *instructions);
}

int main(int count, char **arguments)
{
    static struct sock_filter filter[instructions_max];
    int parent = -1, descriptors = -1, filter_at = -1, at = 1;
    int rules = forbid_everything();

    for (; at + 1 < count && strcmp(arguments[at], "--") != 0; at += 2) {
        if (strcmp(arguments[at], "--parent") == 0) parent = number(arguments[at + 1], 1, INT32_MAX);
        else if (strcmp(arguments[at], "--descriptors") == 0) descriptors = number(arguments[at + 1], descriptor_min, descriptor_max);
        else if (strcmp(arguments[at], "--filter") == 0) filter_at = number(arguments[at + 1], descriptor_min, descriptor_max);
        else if (strcmp(arguments[at], "--see") == 0) let_see(rules, arguments[at + 1]);
        else give_up("an unknown option");
    }
    if (parent < 0 || descriptors < 0 || filter_at < 0 || at + 1 >= count) give_up("something was not said");
    bind_to_parent(parent);
    let_see(rules, "/proc/self");
    unsigned instructions = read_filter(filter_at, filter);

    drop_capabilities();
    if (syscall(LANDLOCK_RESTRICT_SELF, rules, 0) != 0) give_up("Landlock");
    close(filter_at);
    /* Among them those that the worker itself inherited open. */
    if (syscall(SYS_close_range, (unsigned)descriptors, ~0U, 0) != 0) give_up("descriptors");
    reach_nobody_else();
    load(instructions, filter);
    execv(arguments[at + 1], &arguments[at + 1]);
    give_up("the program cannot be run");
}
