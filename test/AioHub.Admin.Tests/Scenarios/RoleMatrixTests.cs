using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AioHub.Admin.Tests.Running;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Admin.Tests.Scenarios;

/// <summary>
/// Every endpoint of the management API, as everybody. The table is written by hand and says who may; the endpoints come from the hub: one without a row fails, a row without an endpoint fails.
/// </summary>
public sealed partial class RoleMatrixTests
{
    private enum Least
    {
        Anyone,
        /// <summary>Any session, also one that is not all the way in.</summary>
        Entering,
        User,
        Operator,
        Owner,
    }

    /// <param name="Scope">What a token needs; null = no token may.</param>
    private sealed record Row(string Method, string Path, Least Least, string? Scope);

    private static readonly Row[] Table =
    [
        new("GET", "/api/session", Least.Anyone, null),
        new("DELETE", "/api/session", Least.Anyone, null),
        new("POST", "/api/session/password", Least.Anyone, null),
        new("POST", "/api/session/second-factor", Least.Entering, null),
        new("POST", "/api/session/passkey/options", Least.Anyone, null),
        new("POST", "/api/session/passkey", Least.Anyone, null),
        new("POST", "/api/session/link", Least.Anyone, null),
        new("POST", "/api/session/set-up", Least.Entering, null),
        new("POST", "/api/session/sign-up", Least.Anyone, null),
        new("GET", "/api/session/providers/{name}", Least.Anyone, null),
        new("GET", "/api/openapi.json", Least.Anyone, null),
        new("GET", "/api/docs", Least.Anyone, null),
        new("GET", "/api/docs/assets/{documentName?}", Least.Anyone, null),
        new("GET", "/api/docs/assets/scalar.js", Least.Anyone, null),
        new("GET", "/api/docs/assets/favicon.svg", Least.Anyone, null),
        new("GET", "/api/docs/assets/scalar.aspnetcore.js", Least.Anyone, null),
        new("GET", "/api/me", Least.User, Scopes.MeRead),
        new("PATCH", "/api/me", Least.User, Scopes.MeWrite),
        new("PUT", "/api/me/password", Least.User, null),
        new("POST", "/api/me/totp", Least.User, null),
        new("PUT", "/api/me/totp", Least.User, null),
        new("DELETE", "/api/me/totp", Least.User, null),
        new("GET", "/api/me/passkeys", Least.User, null),
        new("POST", "/api/me/passkeys/options", Least.User, null),
        new("POST", "/api/me/passkeys", Least.User, null),
        new("DELETE", "/api/me/passkeys/{id:long}", Least.User, null),
        new("GET", "/api/me/sessions", Least.User, null),
        new("DELETE", "/api/me/sessions", Least.User, null),
        new("DELETE", "/api/me/sessions/{id:long}", Least.User, null),
        new("GET", "/api/me/tokens", Least.User, null),
        new("POST", "/api/me/tokens", Least.User, null),
        new("DELETE", "/api/me/tokens/{id:long}", Least.User, null),
        new("GET", "/api/me/groups", Least.User, Scopes.MeRead),
        new("GET", "/api/me/usage/totals", Least.User, Scopes.MeRead),
        new("GET", "/api/me/usage/series", Least.User, Scopes.MeRead),
        new("GET", "/api/me/usage/rank", Least.User, Scopes.MeRead),
        new("GET", "/api/me/calls", Least.User, Scopes.MeRead),
        new("GET", "/api/me/calls/export", Least.User, Scopes.MeRead),
        new("GET", "/api/me/calls/{id}", Least.User, Scopes.MeRead),
        new("GET", "/api/admin/usage/totals", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/usage/series", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/usage/rank", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/usage/flow", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/calls", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/calls/export", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/calls/{id}", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/me/wallet", Least.User, Scopes.MeRead),
        new("GET", "/api/me/keys", Least.User, Scopes.MeRead),
        new("POST", "/api/me/keys", Least.User, Scopes.MeWrite),
        new("GET", "/api/me/keys/{id:long}", Least.User, Scopes.MeRead),
        new("PATCH", "/api/me/keys/{id:long}", Least.User, Scopes.MeWrite),
        new("DELETE", "/api/me/keys/{id:long}", Least.User, Scopes.MeWrite),
        new("GET", "/api/admin/users", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/users", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/users/{id:long}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/users/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/users/{id:long}/link", Least.Operator, null),
        new("DELETE", "/api/admin/users/{id:long}/sessions", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/users/{id:long}/totp", Least.Operator, null),
        new("POST", "/api/admin/invitations", Least.Operator, null),
        new("GET", "/api/me/wallet/entries", Least.User, Scopes.MeRead),
        new("POST", "/api/me/wallet/redemptions", Least.User, Scopes.Money),
        new("GET", "/api/me/wallet/statements/{month}", Least.User, Scopes.MeRead),
        new("GET", "/api/admin/accounts/{kind}/{owner:long}", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/accounts/{kind}/{owner:long}/entries", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/accounts/{kind}/{owner:long}/top-ups", Least.Operator, Scopes.Money),
        new("POST", "/api/admin/accounts/{kind}/{owner:long}/adjustments", Least.Operator, Scopes.Money),
        new("POST", "/api/admin/calls/{id}/refunds", Least.Operator, Scopes.Money),
        new("POST", "/api/admin/transfers", Least.Operator, Scopes.Money),
        new("GET", "/api/admin/codes", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/codes", Least.Operator, Scopes.Money),
        new("POST", "/api/admin/codes/revocations", Least.Operator, Scopes.Money),
        new("GET", "/api/admin/keys", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/keys/{id:long}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/keys/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/keys/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/invitations", Least.Operator, Scopes.AdminRead),
        new("DELETE", "/api/admin/invitations/{id:long}", Least.Operator, null),
        new("GET", "/api/me/models", Least.User, Scopes.MeRead),
        new("GET", "/api/me/models/{name}", Least.User, Scopes.MeRead),
        new("GET", "/api/me/models/{name}/estimate", Least.User, Scopes.MeRead),
        new("POST", "/api/me/playground/token", Least.User, null),
        new("GET", "/api/admin/models", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/models", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/models/{name}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/models/{name}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/models/{name}", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/models/{name}/use", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/prices", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/prices/missing", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/prices/{name}", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/prices/preview", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/prices/apply", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/prices/sync/preview", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/prices/sync/apply", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/prices/syncs", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/prices/syncs/{id:long}/undo", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/me/alerts", Least.User, Scopes.MeRead),
        new("POST", "/api/me/alerts/{id:long}/acknowledge", Least.User, Scopes.MeWrite),
        new("GET", "/api/me/alerts/wishes", Least.User, Scopes.MeRead),
        new("PATCH", "/api/me/alerts/wishes", Least.User, Scopes.MeWrite),
        new("GET", "/api/admin/alerts", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/alerts/acknowledge", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/alerts/{id:long}/acknowledge", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/alert-rules", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/alert-rules/{kind}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/alert-rules/{kind}", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/alert-targets", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/alert-targets", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/alert-targets/{id:long}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/alert-targets/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/alert-targets/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/alert-targets/{id:long}/secret", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/alert-targets/{id:long}/test", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/alert-deliveries", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/alert-deliveries/{id:long}/retry", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/settings", Least.Owner, Scopes.AdminRead),
        new("PATCH", "/api/admin/settings", Least.Owner, Scopes.AdminWrite),
        new("POST", "/api/admin/settings/mail/test", Least.Owner, Scopes.AdminWrite),
        new("GET", "/api/admin/audit", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/channel-types", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/channel-presets", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/channels", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/channels", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/channels/test", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/channels/{id:long}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/channels/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/channels/{id:long}", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/channels/{id:long}/credentials", Least.Operator, Scopes.AdminWrite),
        new("PATCH", "/api/admin/channels/{id:long}/credentials/{name}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/channels/{id:long}/credentials/{name}", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/channels/{id:long}/test", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/channels/{id:long}/upstream-models", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/channels/{id:long}/probe", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/channels/{id:long}/probes", Least.Operator, Scopes.AdminRead),
        new("DELETE", "/api/admin/channels/{id:long}/probes", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/channels/{id:long}/health", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/channels/{id:long}/reset", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/health", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/groups", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/groups", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/groups/{name}", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/groups/{name}", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/groups/{name}", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/groups/{name}/use", Least.Operator, Scopes.AdminRead),
        new("POST", "/api/admin/groups/{name}/prices", Least.Operator, Scopes.AdminWrite),
        new("DELETE", "/api/admin/groups/{name}/prices/{version}", Least.Operator, Scopes.AdminWrite),
        new("GET", "/api/admin/auto", Least.Operator, Scopes.AdminRead),
        new("PATCH", "/api/admin/auto", Least.Operator, Scopes.AdminWrite),
        new("POST", "/api/admin/route/explain", Least.Operator, Scopes.AdminRead),
        new("GET", "/api/admin/configuration", Least.Owner, Scopes.AdminRead),
        new("POST", "/api/admin/configuration/preview", Least.Owner, null),
        new("POST", "/api/admin/configuration/apply", Least.Owner, null),
        new("POST", "/api/admin/imports/uploads", Least.Owner, null),
        new("DELETE", "/api/admin/imports/uploads/{id}", Least.Owner, null),
        new("POST", "/api/admin/imports/preview", Least.Owner, null),
        new("POST", "/api/admin/imports/run", Least.Owner, null),
    ];

    [Fact]
    public async Task Every_endpoint_stands_in_the_table_and_every_row_is_an_endpoint()
    {
        await using var hub = await ManagedHub.StartAsync();
        var mapped = hub.Services.GetRequiredService<ManagementDoor>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(static endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"))
            .Where(static one => !one.StartsWith("HEAD ", StringComparison.Ordinal));
        var (there, told) = (mapped.ToHashSet(StringComparer.Ordinal), Table.Select(static row => $"{row.Method} {row.Path}").ToHashSet(StringComparer.Ordinal));
        there.Except(told).ShouldBeEmpty("endpoints without a row");
        told.Except(there).ShouldBeEmpty("rows without an endpoint");
        Table.Length.ShouldBe(told.Count);
    }

    [Fact]
    public async Task Everybody_may_what_the_table_says_and_nothing_else()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var owner = await hub.OwnerAsync();
        using var operate = await hub.JoinAsync("op@example.com", Role.Operator);
        using var user = await hub.JoinAsync("user@example.com");
        using var half = hub.Open();
        await hub.Home.Identity.CreateUserAsync(new UserDraft { Email = "half@example.com", Role = Role.Owner }, cancellation: ManagedHub.Cancellation);
        await half.PostAsync("/api/session/link", new JsonObject { ["token"] = await hub.Home.Sessions.MakeLinkAsync("half@example.com", cancellation: ManagedHub.Cancellation) });
        using var anonymous = hub.Open();
        using var bad = hub.Open("aha_nonsense");
        using var key = hub.Open((await owner.PostAsync("/api/me/keys", new JsonObject { ["name"] = "k" })).Text("secret"));
        var wrong = new List<string>();
        foreach (var row in Table)
        {
            await LookAsync(row, "anonymous", anonymous, row.Least == Least.Anyone ? null : "not_signed_in");
            await LookAsync(row, "half-way in", half, row.Least <= Least.Entering ? null : "not_signed_in");
            await LookAsync(row, "user", user, row.Least <= Least.User ? null : "not_allowed");
            await LookAsync(row, "operator", operate, row.Least <= Least.Operator ? null : "not_allowed");
            await LookAsync(row, "owner", owner, null);
            await LookAsync(row, "bad token", bad, "not_signed_in");
            await LookAsync(row, "API key", key, "not_signed_in");
        }

        // Tokens of the owner: with every scope but the one that is needed, and with that alone.
        foreach (var row in Table.Where(static row => row.Least >= Least.User))
        {
            using var without = hub.Open(await TokenAsync([.. Scopes.All.Where(scope => scope != row.Scope)]));
            await LookAsync(row, "token without scope", without, "not_allowed");
            if (row.Scope is not null)
            {
                using var with = hub.Open(await TokenAsync([row.Scope]));
                await LookAsync(row, "token with scope", with, null);
            }
        }

        wrong.ShouldBeEmpty();

        async Task<string> TokenAsync(System.Collections.Immutable.ImmutableArray<string> scopes)
        {
            var known = (await hub.Home.Identity.ListUsersAsync(ManagedHub.Cancellation)).Single(static one => one.Email == ManagedHub.Owner);
            var made = await hub.Home.Sessions.MakeTokenAsync(known.Id, "t", scopes, null, ManagedHub.Cancellation);
            _made.Add((known.Id, made.Token.Id));
            while (_made.Count > 50)
            {
                await hub.Home.Sessions.RemoveTokenAsync(_made[0].Item1, _made[0].Item2, ManagedHub.Cancellation);
                _made.RemoveAt(0);
            }

            return made.Secret;
        }

        async Task LookAsync(Row row, string who, Browser browser, string? refusal)
        {
            // What would end the very sessions that the walk needs is looked at by SessionTests.
            if (refusal is null && row is { Method: "DELETE", Path: "/api/session" or "/api/me/sessions" or "/api/me/sessions/{id:long}" })
            {
                return;
            }

            var answer = await browser.SendAsync(new HttpMethod(row.Method), Filled(row.Path), row.Method is "GET" or "DELETE" ? null : new JsonObject { ["no_such_member"] = 1 });
            var passed = answer.Code is not ("not_signed_in" or "not_allowed");
            if (refusal is null ? !passed || (int)answer.Status >= 500 : answer.Code != refusal)
            {
                wrong.Add($"{row.Method} {row.Path} as {who}: {(int)answer.Status} {answer.Code}, not {refusal ?? "let in"}");
            }
        }
    }

    [Fact]
    public async Task Without_the_header_no_session_changes_anything()
    {
        await using var hub = await ManagedHub.StartAsync();
        using var owner = await hub.OwnerAsync();
        foreach (var row in Table.Where(static row => row.Method != "GET"))
        {
            var answer = await owner.SendAsync(new HttpMethod(row.Method), Filled(row.Path), row.Method == "DELETE" ? null : new JsonObject(), more: static request => request.Headers.Remove("x-aiohub-csrf"));
            (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Forbidden, "not_allowed"), $"{row.Method} {row.Path}");
        }

        (await owner.GetAsync("/api/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await owner.SendAsync(HttpMethod.Put, "/api/session", new JsonObject())).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await owner.GetAsync("/api/admin/nothing")).Code.ShouldBe("not_found");
    }

    private readonly List<(Core.Primitives.UserId, long)> _made = [];

    /// <summary>Names that nothing has: what is refused is refused before anybody looks.</summary>
    private static string Filled(string path) =>
        TextMember().Replace(OptionalMember().Replace(NumberMember().Replace(path, "999999"), "").Replace("{month}", "2026-11", StringComparison.Ordinal), "nobody");

    [GeneratedRegex(@"\{\w+:long\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberMember();

    [GeneratedRegex(@"\{\w+\?\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionalMember();

    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TextMember();
}
