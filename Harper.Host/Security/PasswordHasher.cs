using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Harper.Host.Security;

/// <summary>How new passwords are stored (<c>authentication.hashFunction</c>).</summary>
internal enum PasswordAlgorithm { Pbkdf2, Argon2id }

/// <summary>
/// Passwords, salted and slow (R-USR-06). The text says algorithm and cost, so that a later, costlier setting reads the hashes of an earlier one:
/// <c>pbkdf2-sha512$210000$salt$hash</c>, <c>argon2id$19456$2$1$salt$hash</c> (KiB, passes, lanes; the costs that OWASP asks for).
/// </summary>
internal static class PasswordHasher
{
    private const string Pbkdf2 = "pbkdf2-sha512";
    private const string Argon2 = "argon2id";
    private const int Rounds = 210_000;
    private const int MaxRounds = 10_000_000;
    private const int MemoryKiB = 19_456;
    private const int MaxMemoryKiB = 262_144;
    private const int Passes = 2;
    private const int Lanes = 1;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static string Hash(string password, PasswordAlgorithm algorithm = PasswordAlgorithm.Pbkdf2)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var cost = algorithm == PasswordAlgorithm.Argon2id
            ? string.Create(CultureInfo.InvariantCulture, $"{Argon2}${MemoryKiB}${Passes}${Lanes}")
            : string.Create(CultureInfo.InvariantCulture, $"{Pbkdf2}${Rounds}");
        var hash = algorithm == PasswordAlgorithm.Argon2id
            ? DeriveArgon2(password, salt, MemoryKiB, Passes, Lanes, HashBytes)
            : DerivePbkdf2(password, salt, Rounds, HashBytes);
        return $"{cost}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Constant time in the hash. False for a text that is no hash of ours: such a user cannot log in until the password is set anew.</summary>
    public static bool Verify(string password, string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length < 4 || !TryReadCost(parts, out var cost)) return false;
        Span<byte> salt = stackalloc byte[64], expected = stackalloc byte[128];
        if (!Convert.TryFromBase64String(parts[^2], salt, out var saltLength) || !Convert.TryFromBase64String(parts[^1], expected, out var hashLength)
            || hashLength is < 4 || saltLength < 8) return false;
        var derived = parts[0] == Argon2
            ? DeriveArgon2(password, salt[..saltLength].ToArray(), cost[0], cost[1], cost[2], hashLength)
            : DerivePbkdf2(password, salt[..saltLength].ToArray(), cost[0], hashLength);
        return CryptographicOperations.FixedTimeEquals(derived, expected[..hashLength]);
    }

    /// <summary>Whether it was made with another algorithm, or cheaper, than new hashes are.</summary>
    public static bool IsOutdated(string stored, PasswordAlgorithm algorithm)
    {
        var parts = stored.Split('$');
        if (!TryReadCost(parts, out var cost)) return true;
        return algorithm == PasswordAlgorithm.Argon2id
            ? parts[0] != Argon2 || cost[0] < MemoryKiB || cost[1] < Passes
            : parts[0] != Pbkdf2 || cost[0] < Rounds;
    }

    public static string AlgorithmOf(string stored) => stored.Split('$', 2)[0];

    /// <summary>Takes as long as verifying a password does: an unknown user must not answer sooner than a known one.</summary>
    public static void Waste(string password, PasswordAlgorithm algorithm) => Hash(password, algorithm);

    /// <summary>A quick keyed hash under which a verified password is remembered for a while; the key dies with the process.</summary>
    public static UInt128 Fingerprint(string password, string stored, ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stored + '\0' + password), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>The numbers between the name and the salt, within what this node is ready to compute: a row that was tampered with must not stop it.</summary>
    private static bool TryReadCost(string[] parts, out int[] cost)
    {
        cost = [];
        var numbers = new List<int>();
        foreach (var part in parts.AsSpan()[1..^Math.Min(2, parts.Length - 1)])
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1) return false;
            numbers.Add(number);
        }
        cost = [.. numbers];
        return parts[0] switch
        {
            Pbkdf2 => cost is [<= MaxRounds],
            Argon2 => cost is [<= MaxMemoryKiB and >= 8, <= 100, <= 16] && cost[0] >= 8 * cost[2],
            _ => false,
        };
    }

    private static byte[] DerivePbkdf2(string password, byte[] salt, int rounds, int bytes) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, bytes);

    private static byte[] DeriveArgon2(string password, byte[] salt, int memoryKiB, int passes, int lanes, int bytes)
    {
        using var argon2 = new Argon2id(password.Length == 0 ? [0] : Encoding.UTF8.GetBytes(password))
        {
            Salt = salt, MemorySize = memoryKiB, Iterations = passes, DegreeOfParallelism = lanes,
        };
        return argon2.GetBytes(bytes);
    }
}
