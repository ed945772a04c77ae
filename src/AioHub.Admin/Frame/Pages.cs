using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace AioHub.Admin.Frame;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order that was asked for.</param>
/// <param name="Next">The cursor of the next page; null = this was the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which page is wanted: <c>limit</c>, <c>after</c>, <c>sort</c>.</summary>
internal sealed record Paging(int Limit, string? After, string? Sort)
{
    public const int DefaultLimit = 50;
    public const int MostLimit = 200;

    /// <summary>The list is asked for one more than the page holds: so it is known whether there is a next.</summary>
    public int Ask => Limit + 1;

    public static ValueTask<Paging> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var query = http.Request.Query;
        var limit = DefaultLimit;
        if (query["limit"].ToString() is { Length: > 0 } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostLimit))
        {
            throw Refused.Invalid("limit", $"must be a whole number from 1 to {MostLimit}");
        }

        return ValueTask.FromResult(new Paging(limit, Text("after"), Text("sort")));

        string? Text(string name) => query[name].ToString() is { Length: > 0 } value ? value : null;
    }

    /// <summary>The cursor's number, of lists that go by ids; null = from the beginning.</summary>
    public long? AfterId => After is null ? null
        : long.TryParse(Open(After), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw Unknown();

    /// <summary>The cursor's text, of lists that go by names; null = from the beginning.</summary>
    public string? AfterName => After is null ? null : Open(After);

    /// <exception cref="Refused">The order is none of these; the first is the default.</exception>
    public string SortOf(params ReadOnlySpan<string> orders)
    {
        var wanted = Sort ?? orders[0];
        foreach (var order in orders)
        {
            if (wanted == order)
            {
                return order;
            }
        }

        throw Refused.Invalid("sort", $"must be one of {string.Join(", ", orders.ToArray())}");
    }

    /// <param name="all">Up to <see cref="Ask"/> rows.</param>
    /// <param name="reply">How a row is shown.</param>
    /// <param name="key">What the next page begins after.</param>
    public Page<TReply> Of<TRow, TReply>(IReadOnlyList<TRow> all, Func<TRow, TReply> reply, Func<TRow, object> key) => new(
        [.. all.Take(Limit).Select(reply)],
        all.Count > Limit ? Close(Convert.ToString(key(all[Limit - 1]), CultureInfo.InvariantCulture)!) : null);

    private static string Close(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes("1:" + key));

    private static string Open(string cursor)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            return text.StartsWith("1:", StringComparison.Ordinal) ? text[2..] : throw Unknown();
        }
        catch (FormatException)
        {
            throw Unknown();
        }
    }

    private static Refused Unknown() => Refused.Invalid("after", "is no cursor of this list; take the one that 'next' gave, or leave it out");
}

/// <summary>Query members of an endpoint that its document tells of.</summary>
internal sealed record QueryMember(string Name, string Description, Type Type);
