using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Harper.Host.Security;

/// <summary>
/// Passwords as salted PBKDF2-SHA512 (R-USR-06). The text says algorithm and rounds, so that a later, costlier setting reads the hashes of
/// an earlier one: <c>pbkdf2-sha512$210000$salt$hash</c>.
/// </summary>
internal static class PasswordHasher
{
    private const string Algorithm = "pbkdf2-sha512";
    private const int Rounds = 210_000;
    private const int MaxRounds = 10_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return $"{Algorithm}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, Rounds, HashBytes))}";
    }

    /// <summary>Constant time in the hash. False for a text that is no hash of ours: such a user cannot log in until the password is set anew.</summary>
    public static bool Verify(string password, string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length != 4 || parts[0] != Algorithm || !int.TryParse(parts[1], out var rounds) || rounds is < 1 or > MaxRounds) return false;
        Span<byte> salt = stackalloc byte[64], expected = stackalloc byte[128];
        if (!Convert.TryFromBase64String(parts[2], salt, out var saltLength) || !Convert.TryFromBase64String(parts[3], expected, out var hashLength)
            || hashLength == 0) return false;
        return CryptographicOperations.FixedTimeEquals(Derive(password, salt[..saltLength].ToArray(), rounds, hashLength), expected[..hashLength]);
    }

    /// <summary>Takes as long as verifying a password does: an unknown user must not answer sooner than a known one.</summary>
    public static void Waste(string password) => Derive(password, new byte[SaltBytes], Rounds, HashBytes);

    /// <summary>A quick keyed hash under which a verified password is remembered for a while; the key dies with the process.</summary>
    public static UInt128 Fingerprint(string password, string stored, ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(stored + '\0' + password), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private static byte[] Derive(string password, byte[] salt, int rounds, int bytes) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, bytes);
}
