using Harper.Core.Operations;
using Harper.Host.Security;
using Harper.Tests.Support;
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

    /// <summary>X36: a flood of guesses takes two places and 64 in all; the rest is refused at once, and who is known goes past the queue.</summary>
    [Fact]
    public async Task A_flood_of_wrong_passwords_should_take_two_places_and_refuse_beyond_its_queue()
    {
        using var verifier = new PasswordVerifier(Memory, _time);
        var known = PasswordHasher.Hash("known");
        verifier.Remember(known, "known");
        var stored = PasswordHasher.Hash(Password);
        var guesses = Enumerable.Range(0, PasswordVerifier.MaxWaiting + 36)
            .Select(i => verifier.VerifyAsync(i % 2 == 0 ? stored : null, $"guess {i}", TestContext.Current.CancellationToken).AsTask()).ToArray();
        var refused = guesses.Where(guess => guess.IsFaulted).ToArray();
        Assert.Equal(36, refused.Length);
        Assert.All(refused, guess => Assert.Equal((503, 1), (Assert.IsType<OperationError>(guess.Exception!.InnerException).Status, ((OperationError)guess.Exception!.InnerException!).RetryAfterSeconds)));
        Assert.True(IsRemembered(verifier, known, "known"));
        foreach (var guess in guesses.Except(refused)) Assert.False(await guess);
        Assert.Equal(PasswordVerifier.AtOnce, verifier.MostAtOnce);
        Assert.True(await verifier.VerifyAsync(stored, Password, TestContext.Current.CancellationToken));
    }

    /// <summary>What is remembered is answered at once; a hash takes its turn and some tens of milliseconds.</summary>
    private static bool IsRemembered(PasswordVerifier verifier, string stored, string password)
    {
        var verified = verifier.VerifyAsync(stored, password, TestContext.Current.CancellationToken);
        return verified.IsCompletedSuccessfully && verified.Result;
    }
}
