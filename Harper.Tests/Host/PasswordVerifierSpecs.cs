using Harper.Host.Security;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>R-OPS-12, R-USR-06: for how long a verified password is remembered.</summary>
public sealed class PasswordVerifierSpecs
{
    private const string Password = "Abc1234!";
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);
    private readonly HandMovedTime _time = new();

    /// <summary>A client that comes again and again is not stalled by a hash every time the memory would have ended.</summary>
    [Fact]
    public void A_password_in_use_should_stay_remembered()
    {
        using var verifier = new PasswordVerifier(Memory, _time);
        var stored = PasswordHasher.Hash(Password);
        verifier.Remember(stored, Password);
        for (var i = 0; i < 5; i++)
        {
            _time.Move(Memory * 0.9);
            Assert.True(IsRemembered(verifier, stored, Password));
        }
    }

    [Fact]
    public async Task A_password_out_of_use_should_be_forgotten()
    {
        using var verifier = new PasswordVerifier(Memory, _time);
        var stored = PasswordHasher.Hash(Password);
        verifier.Remember(stored, Password);
        _time.Move(Memory);
        var verified = verifier.VerifyAsync(stored, Password, TestContext.Current.CancellationToken);
        Assert.False(verified.IsCompleted);
        Assert.True(await verified);
    }

    [Fact]
    public async Task A_remembered_password_should_not_open_another_hash()
    {
        using var verifier = new PasswordVerifier(Memory, _time);
        verifier.Remember(PasswordHasher.Hash(Password), Password);
        Assert.False(await verifier.VerifyAsync(PasswordHasher.Hash("another"), Password, TestContext.Current.CancellationToken));
    }

    /// <summary>What is remembered is answered at once; a hash takes its turn and some tens of milliseconds.</summary>
    private static bool IsRemembered(PasswordVerifier verifier, string stored, string password)
    {
        var verified = verifier.VerifyAsync(stored, password, TestContext.Current.CancellationToken);
        return verified.IsCompletedSuccessfully && verified.Result;
    }

    private sealed class HandMovedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Move(TimeSpan by) => _now += by.Ticks;
    }
}
