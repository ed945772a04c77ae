using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AioHub.TestKit;

/// <summary>What is wrong with what a provider says.</summary>
public enum OpenIdTwist
{
    None,
    /// <summary>The token answers another question.</summary>
    Nonce,
    /// <summary>The token is for another client.</summary>
    Audience,
    /// <summary>The token is by another provider.</summary>
    Issuer,
    /// <summary>The token ended an hour ago.</summary>
    Expired,
    /// <summary>The token is signed by a key that the provider does not show.</summary>
    Signature,
    /// <summary>The token is signed by nobody.</summary>
    Unsigned,
    /// <summary>The provider refuses the code.</summary>
    Refused,
    /// <summary>The page about the person is another person's.</summary>
    OtherPerson,
}

/// <summary>An OpenID Connect provider on a port of its own: discovery, authorization code with PKCE (RFC 7636, S256 alone), one use of each code, signed tokens, a page about the person.</summary>
public sealed class OpenIdProvider : IAsyncDisposable
{
    public const string Client = "hub";
    public const string Secret = "a secret of the client";

    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, Asked> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonObject> _people = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private OpenIdProvider(WebApplication app) => _app = app;

    /// <summary>Who signs in next: <c>sub</c>, <c>email</c>, <c>email_verified</c>, <c>name</c>.</summary>
    public JsonObject Person { get; set; } = [];

    public OpenIdTwist Twist { get; set; }

    /// <summary>Tokens say <c>sub</c> alone; the rest stands on the page about the person, as many providers have it.</summary>
    public bool ThinTokens { get; set; }

    /// <summary>How many codes were changed for tokens.</summary>
    public int Exchanged { get; private set; }

    public string Issuer => _app.Urls.First();

    public static async Task<OpenIdProvider> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var provider = new OpenIdProvider(app);
        app.Run(provider.AnswerAsync);
        await app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _other.Dispose();
    }

    private Task AnswerAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/.well-known/openid-configuration" => WriteAsync(http, new JsonObject
        {
            ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/authorize", ["token_endpoint"] = Issuer + "/token", ["userinfo_endpoint"] = Issuer + "/userinfo", ["jwks_uri"] = Issuer + "/jwks",
            ["response_types_supported"] = new JsonArray("code"), ["subject_types_supported"] = new JsonArray("public"), ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        }),
        "/jwks" => WriteAsync(http, Keys()),
        "/authorize" => AuthorizeAsync(http),
        "/token" => ExchangeAsync(http),
        "/userinfo" => TellAsync(http),
        _ => WriteAsync(http, [], HttpStatusCode.NotFound),
    };

    private JsonObject Keys()
    {
        var shown = _key.ExportParameters(includePrivateParameters: false);
        return new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = "1", ["n"] = Text(shown.Modulus!), ["e"] = Text(shown.Exponent!) }) };
    }

    /// <summary>The person is signed in already and agrees.</summary>
    private Task AuthorizeAsync(HttpContext http)
    {
        var query = http.Request.Query;
        if (query["client_id"] != Client || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || query["code_challenge"].ToString().Length == 0)
        {
            return WriteAsync(http, new JsonObject { ["error"] = "invalid_request" }, HttpStatusCode.BadRequest);
        }

        var code = Text(RandomNumberGenerator.GetBytes(16));
        _codes[code] = new Asked(query["redirect_uri"]!, query["code_challenge"]!, query["nonce"].ToString(), (JsonObject)Person.DeepClone());
        http.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
        return Task.CompletedTask;
    }

    private async Task ExchangeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var proof = Text(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (Twist == OpenIdTwist.Refused || form["client_id"] != Client || form["client_secret"] != Secret || form["grant_type"] != "authorization_code"
            || !_codes.TryRemove(form["code"].ToString(), out var asked) || asked.Redirect != form["redirect_uri"] || asked.Challenge != proof)
        {
            await WriteAsync(http, new JsonObject { ["error"] = "invalid_grant" }, HttpStatusCode.BadRequest);
            return;
        }

        Exchanged++;
        var access = Text(RandomNumberGenerator.GetBytes(16));
        _people[access] = asked.Person;
        await WriteAsync(http, new JsonObject { ["access_token"] = access, ["token_type"] = "Bearer", ["expires_in"] = 300, ["id_token"] = Sign(asked) });
    }

    private Task TellAsync(HttpContext http)
    {
        if (!_people.TryGetValue(http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), out var person))
        {
            return WriteAsync(http, [], HttpStatusCode.Unauthorized);
        }

        var told = (JsonObject)person.DeepClone();
        if (Twist == OpenIdTwist.OtherPerson)
        {
            told["sub"] = "somebody else";
        }

        return WriteAsync(http, told);
    }

    private string Sign(Asked asked)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var begun = Twist == OpenIdTwist.Expired ? now - 7200 : now;
        var claims = ThinTokens ? new JsonObject { ["sub"] = asked.Person["sub"]!.DeepClone() } : (JsonObject)asked.Person.DeepClone();
        claims["iss"] = Twist == OpenIdTwist.Issuer ? "https://other.example.com" : Issuer;
        claims["aud"] = Twist == OpenIdTwist.Audience ? "another client" : Client;
        claims["iat"] = begun;
        claims["exp"] = begun + 3600;
        claims["nonce"] = Twist == OpenIdTwist.Nonce ? "another question" : asked.Nonce;
        var unsigned = Twist == OpenIdTwist.Unsigned;
        var body = $"{Text(Encoding.UTF8.GetBytes(unsigned ? """{"alg":"none","typ":"JWT"}""" : """{"alg":"RS256","kid":"1","typ":"JWT"}"""))}.{Text(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var key = Twist == OpenIdTwist.Signature ? _other : _key;
        return unsigned ? body + "." : $"{body}.{Text(key.SignData(Encoding.ASCII.GetBytes(body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static async Task WriteAsync(HttpContext http, JsonObject answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        http.Response.StatusCode = (int)status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString());
    }

    private sealed record Asked(string Redirect, string Challenge, string Nonce, JsonObject Person);
}
