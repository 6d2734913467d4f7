using System.Net;
using System.Text;
using Harper.Actors.Peers;
using Harper.Actors.Users;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Time;
using Harper.Host;
using Harper.Host.Configuration;
using Harper.Host.Security;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-OPS-05, 06, 12, R-USR-06, 08, D28, D38: who is let in, and how soon a change of a user holds.</summary>
public sealed class AuthenticationSpecs : IDisposable
{
    private readonly MemoryDatabases _databases = new(new NodeName("127.0.0.2"));
    private readonly PasswordVerifier _verifier = new(TimeSpan.FromMinutes(5), TimeProvider.System);
    private readonly UserStore _users;
    private readonly TokenKeys _keys = new("/nowhere");

    public AuthenticationSpecs()
    {
        _databases.Open(DatabaseName.System);
        _users = new UserStore(_databases, _verifier, new FixedClock());
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _databases.Dispose();
    }

    [Fact]
    public async Task The_first_start_should_make_the_administrator_and_later_ones_leave_it()
    {
        await _users.EnsureAsync("admin", "first");
        await _users.EnsureAsync("admin", "second");
        Assert.True((await LogInAsync("admin", "first")).SuperUser);
        await Assert.ThrowsAsync<OperationError>(() => LogInAsync("admin", "second"));
        Assert.Equal(["cluster_user", "super_user"], _users.ListRoles().Select(role => role.Id).Order());
    }

    [Fact]
    public async Task A_first_start_without_an_administrator_should_be_refused() =>
        Assert.Equal(HostStartException.NoAdministrator, (await Assert.ThrowsAsync<HostStartException>(() => _users.EnsureAsync("admin", null))).ExitCode);

    [Fact]
    public async Task A_change_of_a_user_should_hold_from_the_next_request_on()
    {
        await _users.EnsureAsync("admin", "secret");
        await LogInAsync("admin", "secret");
        var admin = _users.Find("admin")!;
        await _users.SaveAsync(admin with { Active = false }, TestContext.Current.CancellationToken);
        Assert.Equal("Cannot complete request: User is inactive", (await Assert.ThrowsAsync<OperationError>(() => LogInAsync("admin", "secret"))).Message);
        await _users.SaveAsync(admin with { PasswordHash = await _users.HashPasswordAsync("new", TestContext.Current.CancellationToken) }, TestContext.Current.CancellationToken);
        Assert.Equal("Login failed", (await Assert.ThrowsAsync<OperationError>(() => LogInAsync("admin", "secret"))).Message);
        await _users.SaveAsync(_users.Find("admin")! with { Role = UserRole.ClusterUserId }, TestContext.Current.CancellationToken);
        Assert.False((await LogInAsync("admin", "new")).SuperUser);
        Assert.True(await _users.RemoveAsync("admin", TestContext.Current.CancellationToken));
        Assert.Equal("Login failed", (await Assert.ThrowsAsync<OperationError>(() => LogInAsync("admin", "new"))).Message);
    }

    [Fact]
    public void A_password_should_be_stored_salted_and_never_as_it_is()
    {
        var (one, other) = (PasswordHasher.Hash("secret"), PasswordHasher.Hash("secret"));
        Assert.NotEqual(one, other);
        Assert.DoesNotContain("secret", one, StringComparison.Ordinal);
        Assert.True(PasswordHasher.Verify("secret", one));
        Assert.False(PasswordHasher.Verify("Secret", one));
        Assert.False(PasswordHasher.Verify("", "not a hash"));
        var costly = PasswordHasher.Hash("secret", PasswordAlgorithm.Argon2id);
        Assert.StartsWith("argon2id$19456$2$1$", costly, StringComparison.Ordinal);
        Assert.True(PasswordHasher.Verify("secret", costly));
        Assert.False(PasswordHasher.Verify("Secret", costly));
        // A row that somebody tampered with must not make the node work for minutes, or hold for every password.
        foreach (var hostile in (string[])["", "$", "$$$", "argon2id$2000000000$2$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAA", "pbkdf2-sha512$1$$", "pbkdf2-sha512$-1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAA"])
            Assert.False(PasswordHasher.Verify("secret", hostile));
    }

    [Fact]
    public async Task A_hash_of_another_kind_should_be_made_anew_when_its_owner_logs_in()
    {
        using var costlier = new PasswordVerifier(TimeSpan.FromMinutes(5), TimeProvider.System, PasswordAlgorithm.Argon2id);
        await _users.EnsureAsync("admin", "secret");
        var users = new UserStore(_databases, costlier, new FixedClock());
        Assert.False(await users.VerifyAsync(users.Find("admin"), "wrong", TestContext.Current.CancellationToken));
        Assert.StartsWith("pbkdf2-sha512$", users.Find("admin")!.PasswordHash, StringComparison.Ordinal);
        Assert.True(await users.VerifyAsync(users.Find("admin"), "secret", TestContext.Current.CancellationToken));
        Assert.StartsWith("argon2id$", users.Find("admin")!.PasswordHash, StringComparison.Ordinal);
        Assert.True(await users.VerifyAsync(users.Find("admin"), "secret", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true, "127.0.0.9", true)]
    [InlineData(true, "::ffff:127.0.0.9", true)]
    [InlineData(true, "192.0.2.1", false)]
    [InlineData(false, "127.0.0.9", false)]
    public async Task A_local_caller_should_be_let_in_only_where_the_operator_allows_it(bool allowed, string remote, bool letIn)
    {
        var authentication = Create(allowed);
        if (letIn) Assert.True((await authentication.AuthenticateAsync(null, IPAddress.Parse(remote), default)).SuperUser);
        else await Assert.ThrowsAsync<OperationError>(async () => await authentication.AuthenticateAsync(null, IPAddress.Parse(remote), default));
    }

    [Fact]
    public async Task A_peer_should_never_be_let_in_without_credentials_that_hold()
    {
        await _users.EnsureAsync("admin", "secret");
        IPeerCredentials peers = Create(authorizeLocal: true);
        Assert.Null(await peers.AuthenticateAsync("", TestContext.Current.CancellationToken));
        Assert.Null(await peers.AuthenticateAsync(Basic("admin", "wrong"), TestContext.Current.CancellationToken));
        Assert.Equal("admin", (await peers.AuthenticateAsync(Basic("admin", "secret"), TestContext.Current.CancellationToken))!.User);
    }

    [Fact]
    public async Task Credentials_that_nobody_could_look_at_should_not_pass_for_wrong_ones()
    {
        await _users.EnsureAsync("admin", "secret");
        IPeerCredentials peers = Create(authorizeLocal: false);
        using var flood = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, 64).Select(_ => _verifier.HashAsync("x", flood.Token)).ToArray();
        try
        {
            Assert.Equal(503, (await Assert.ThrowsAsync<OperationError>(async () => await peers.AuthenticateAsync(Basic("admin", "other"), flood.Token))).Status);
        }
        finally
        {
            await flood.CancelAsync();
            await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<Harper.Actors.Operations.Caller> LogInAsync(string user, string password) =>
        await Create(authorizeLocal: false).AuthenticateAsync(Basic(user, password), IPAddress.Parse("127.0.0.9"), TestContext.Current.CancellationToken);

    private Authentication Create(bool authorizeLocal) => new(
        _users, new JwtTokens(_keys, TimeSpan.FromDays(1), TimeSpan.FromDays(30), TimeProvider.System),
        new SessionStore(_databases, enabled: true, TimeSpan.FromDays(1), new FixedClock()),
        new AuthenticationConfig { AuthorizeLocal = authorizeLocal, CacheTtl = TimeSpan.FromSeconds(30), LogFailed = false, LogSuccessful = false },
        NullLogger<Authentication>.Instance);

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private sealed class FixedClock : IClock
    {
        public double NowMs => 1_790_000_000_000;
    }
}
