using System.Globalization;
using System.Net;
using System.Text.Json;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>
/// A running installation, asked by its management API with the access token of its root user. The API keeps back what the database has: channels' keys, and the tokens of everybody but the one
/// who asks.
/// </summary>
/// <param name="http">Must not follow redirects by itself.</param>
/// <param name="address">Of the installation, such as <c>http://127.0.0.1:3000</c>.</param>
/// <param name="token">An access token (Personal settings → Security → System access token).</param>
/// <param name="user">The number of the token's user; 1 is root.</param>
public sealed class NewApiSite(HttpMessageInvoker http, Uri address, string token, long user)
{
    private const string Field = "url";
    private const int PageSize = 100;
    private const int MostPages = 10_000;
    private const int MostBytes = 32 * 1024 * 1024;

    /// <exception cref="AdminException">It refuses, or answers otherwise than a new-api.</exception>
    /// <exception cref="HttpRequestException">There was no connection.</exception>
    public async Task<NewApiContent> ReadAsync(CancellationToken cancellation)
    {
        var tables = new NewApiTables();
        await PagesAsync("channels", "/api/channel/", tables, cancellation);
        await PagesAsync("users", "/api/user/", tables, cancellation);
        await PagesAsync("redemptions", "/api/redemption/", tables, cancellation);
        await TokensAsync(tables, cancellation);
        tables.See("options");
        var number = 0L;
        foreach (var option in Items(await DataAsync(HttpMethod.Get, "/api/option/", cancellation), "/api/option/", out _))
        {
            tables.Add(new NewApiRow("options", ++number, Values(option)));
        }

        return tables.Build(Field) with
        {
            HasSecrets = false,
            Gaps = [new ImportNote(ImportNoteKind.Left, "tokens of other users", string.Create(CultureInfo.InvariantCulture, $"the API shows each user their own tokens alone; those of user {user} came over"),
                "import from the database (--sqlite or --mysql-dump) to bring everybody's")],
        };
    }

    private async Task TokensAsync(NewApiTables tables, CancellationToken cancellation)
    {
        tables.See("tokens");
        await foreach (var (number, item) in EachAsync("/api/token/", cancellation))
        {
            var values = Values(item);
            if (values.GetValueOrDefault("key") is not { Length: > 0 } key || key.Contains('*', StringComparison.Ordinal))
            {
                var given = await DataAsync(HttpMethod.Post, $"/api/token/{values.GetValueOrDefault("id")}/key", cancellation);
                values["key"] = given.ValueKind == JsonValueKind.String ? given.GetString()
                    : given.ValueKind == JsonValueKind.Object && given.TryGetProperty("key", out var inside) ? inside.GetString() : values.GetValueOrDefault("key");
            }

            tables.Add(new NewApiRow("tokens", number, values));
        }
    }

    private async Task PagesAsync(string table, string path, NewApiTables tables, CancellationToken cancellation)
    {
        tables.See(table);
        await foreach (var (number, item) in EachAsync(path, cancellation))
        {
            tables.Add(new NewApiRow(table, number, Values(item)));
        }
    }

    /// <summary>Newer versions count pages from 1 and tell a page's items, older ones count from 0 and answer with the list.</summary>
    private async IAsyncEnumerable<(long Number, JsonElement Item)> EachAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var first = 1;
        for (var page = first; page < MostPages; page++)
        {
            var data = await DataAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{path}?p={page}&page_size={PageSize}"), cancellation);
            var items = Items(data, path, out var isOlder);
            if (isOlder && first == 1)
            {
                (first, page) = (0, -1);
                continue;
            }

            var fresh = items.Where(item => seen.Add(item.TryGetProperty("id", out var id) ? id.GetRawText() : item.GetRawText())).ToList();
            if (fresh.Count == 0)
            {
                yield break;
            }

            foreach (var item in fresh)
            {
                yield return (seen.Count, item);
            }
        }
    }

    private static List<JsonElement> Items(JsonElement data, string path, out bool isOlder)
    {
        isOlder = data.ValueKind == JsonValueKind.Array;
        var list = isOlder ? data : data.ValueKind == JsonValueKind.Object && data.TryGetProperty("items", out var items) ? items : default;
        return list.ValueKind switch
        {
            JsonValueKind.Array => [.. list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object)],
            JsonValueKind.Null => [],
            _ => throw Wrong(path, "answers without a list; is this a new-api?"),
        };
    }

    private async Task<JsonElement> DataAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + path));
        request.Headers.TryAddWithoutValidation("Authorization", token);
        request.Headers.TryAddWithoutValidation("New-Api-User", user.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var reply = await http.SendAsync(request, cancellation);
        if (reply.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"refuses the token ({(int)reply.StatusCode}); give the access token of the root user, and that user's number with --token-user"));
        }

        if (reply.StatusCode != HttpStatusCode.OK)
        {
            throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"answered {(int)reply.StatusCode}"));
        }

        try
        {
            await reply.Content.LoadIntoBufferAsync(MostBytes, cancellation);
            await using var body = await reply.Content.ReadAsStreamAsync(cancellation);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("success", out var success))
            {
                throw Wrong(path, "answers otherwise than a new-api");
            }

            if (success.ValueKind != JsonValueKind.True)
            {
                var message = root.TryGetProperty("message", out var told) && told.ValueKind == JsonValueKind.String ? told.GetString() : "";
                throw Wrong(path, $"refuses: {message}");
            }

            return root.TryGetProperty("data", out var data) ? data.Clone() : default;
        }
        catch (JsonException)
        {
            throw Wrong(path, "answers no JSON; is this a new-api?");
        }
    }

    private static Dictionary<string, string?> Values(JsonElement item) => item.EnumerateObject().DistinctBy(static member => member.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
        static member => member.Name == "DeletedAt" ? "deleted_at" : member.Name,
        static member => member.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => member.Value.GetString(),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => member.Value.GetRawText(),
        },
        StringComparer.OrdinalIgnoreCase);

    private static AdminException Wrong(string path, string why) => new(Field, $"{path.Split('?')[0]} {why}");
}
