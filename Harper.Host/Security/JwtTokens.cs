using System.Security.Claims;
using Harper.Actors.Users;
using Harper.Core.Operations;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Harper.Host.Security;

/// <summary>Tokens as JWTs of one fixed kind, RS256, with the original's claims and one of ours that ties them to the password they were given for.</summary>
internal sealed class JwtTokens(TokenKeys keys, TimeSpan operationLife, TimeSpan refreshLife, TimeProvider time) : ITokenIssuer
{
    private const int MaxTokenChars = 8192;
    private const string Credential = "cred";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = MaxTokenChars };

    public string Issue(UserAccount account, UserRole? role, TokenUse use, TimeSpan? life = null, string? forRole = null)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["username"] = account.Username,
            ["super_user"] = role?.IsSuperUser is true,
            ["cluster_user"] = role?.Allows.ClusterUser is true,
        };
        if (forRole is not null) claims["role"] = forRole;
        claims["iat"] = now.ToUnixTimeSeconds();
        // Never sooner than one second on: the times of a token are whole seconds.
        claims["exp"] = now.Add(life ?? (use == TokenUse.Operation ? operationLife : refreshLife)).ToUnixTimeSeconds();
        claims["sub"] = SubjectOf(use);
        claims["jti"] = Guid.NewGuid().ToString("N");
        claims[Credential] = account.Credential;
        return _handler.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = new SigningCredentials(KeyOf(keys.Get()), SecurityAlgorithms.RsaSha256) });
    }

    public async ValueTask<TokenClaims> ReadAsync(string token)
    {
        if (token.Length is 0 or > MaxTokenChars || keys.Find() is not { } pair) throw Invalid();
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = KeyOf(pair),
            // The keys are this node's own: there is no other issuer, and nobody else to be meant.
            ValidateIssuer = false,
            ValidateAudience = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime
                ? true
                : throw new SecurityTokenExpiredException(),
        }).ConfigureAwait(false);
        if (result.Exception is SecurityTokenExpiredException) throw new OperationError(401, "token expired");
        if (!result.IsValid) throw Invalid();
        var claims = result.ClaimsIdentity;
        return Text(claims, "username") is { } username && UseOf(Text(claims, "sub") ?? Text(claims, ClaimTypes.NameIdentifier)) is { } use
            ? new TokenClaims(username, use, Text(claims, Credential), Text(claims, "role") ?? Text(claims, ClaimTypes.Role))
            : throw Invalid();
    }

    // Without its cache of signature providers, which would hold a key that was replaced.
    private static RsaSecurityKey KeyOf(System.Security.Cryptography.RSA pair) =>
        new(pair) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };

    private static string? Text(ClaimsIdentity claims, string name) => claims.FindFirst(name)?.Value;

    private static string SubjectOf(TokenUse use) => use == TokenUse.Operation ? "operation" : "refresh";

    private static TokenUse? UseOf(string? subject) => subject switch
    {
        "operation" => TokenUse.Operation,
        "refresh" => TokenUse.Refresh,
        _ => null,
    };

    private static OperationError Invalid() => new(401, "invalid token");
}
