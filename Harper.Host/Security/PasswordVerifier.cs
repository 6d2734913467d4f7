using System.Collections.Concurrent;
using System.Security.Cryptography;
using Harper.Core.Operations;

namespace Harper.Host.Security;

/// <summary>
/// Checks passwords without letting a flood of log-ins take the processor: few at once, a bounded number waiting. A verified password is
/// remembered together with the stored hash that it matched, so that a changed password or a removed user ends the memory by itself (R-OPS-12). Memory runs from the
/// last use: what is compared cannot change meanwhile, and hashing again for a busy client would stall it for a tenth of a second every time.
/// </summary>
internal sealed class PasswordVerifier(TimeSpan memory, TimeProvider time, PasswordAlgorithm algorithm = PasswordAlgorithm.Pbkdf2) : IDisposable
{
    /// <summary>Computed at once, whoever asks.</summary>
    public const int AtOnce = 2;

    /// <summary>Under way and waiting in all; more are refused at once (503).</summary>
    public const int MaxWaiting = 64;

    private const int MaxRemembered = 1024;

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly ConcurrentDictionary<UInt128, long> _verified = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private int _waiting;
    private int _computing;
    private int _mostComputing;

    /// <summary>The most computations that were under way together since the start.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostComputing);

    public void Dispose() => _places.Dispose();

    /// <param name="stored">Null: there is no such user; takes as long all the same.</param>
    public ValueTask<bool> VerifyAsync(string? stored, string password, CancellationToken cancellation) =>
        stored is not null && IsRemembered(stored, password)
            ? new ValueTask<bool>(true)
            : new ValueTask<bool>(InTurnAsync(() => Compute(stored, password), cancellation));

    /// <summary>Hashes a new password, in the same queue as log-ins.</summary>
    public Task<string> HashAsync(string password, CancellationToken cancellation) =>
        InTurnAsync(() => PasswordHasher.Hash(password, algorithm), cancellation);

    /// <summary>Whether a hash is of another kind or cheaper than new ones are.</summary>
    public bool IsOutdated(string stored) => PasswordHasher.IsOutdated(stored, algorithm);

    private async Task<T> InTurnAsync<T>(Func<T> compute, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new OperationError(503, "Too many log-ins at once, try again") { RetryAfterSeconds = 1 };
        }
        try
        {
            await _places.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => Counted(compute), CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private T Counted<T>(Func<T> compute)
    {
        var now = Interlocked.Increment(ref _computing);
        for (var most = MostAtOnce; now > most; most = MostAtOnce) Interlocked.CompareExchange(ref _mostComputing, now, most);
        try
        {
            return compute();
        }
        finally
        {
            Interlocked.Decrement(ref _computing);
        }
    }

    /// <summary>Remembers a password that was just hashed, so that the first log-in after the first start does not hash again.</summary>
    public void Remember(string stored, string password)
    {
        if (memory <= TimeSpan.Zero) return;
        if (_verified.Count >= MaxRemembered) _verified.Clear();
        _verified[PasswordHasher.Fingerprint(password, stored, _key)] = time.GetTimestamp();
    }

    private bool Compute(string? stored, string password)
    {
        if (stored is null)
        {
            PasswordHasher.Waste(password, algorithm);
            return false;
        }
        if (!PasswordHasher.Verify(password, stored)) return false;
        Remember(stored, password);
        return true;
    }

    private bool IsRemembered(string stored, string password)
    {
        var fingerprint = PasswordHasher.Fingerprint(password, stored, _key);
        if (!_verified.TryGetValue(fingerprint, out var since) || time.GetElapsedTime(since) >= memory) return false;
        _verified.TryUpdate(fingerprint, time.GetTimestamp(), since);
        return true;
    }
}
