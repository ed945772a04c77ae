using AioHub.Admin.Frame;
using AioHub.Core.Primitives;
using AioHub.Core.Setup;

namespace AioHub.Host.Home;

/// <summary>What a newcomer is told, once.</summary>
internal static class FirstStart
{
    /// <summary>The owner's own money on the owner's own hub: enough to try every channel, an ordinary ledger entry like any other.</summary>
    public static NanoUsd OwnerBalance { get; } = NanoUsd.FromUsd(100m);

    /// <param name="output">Where it is told.</param>
    /// <param name="address">The hub's.</param>
    /// <param name="seeded">What the first start made.</param>
    /// <param name="link">The secret of the owner's first sign-in link; null = this is no first start.</param>
    public static void Tell(TextWriter output, string address, SeedReport seeded, string? link)
    {
        if (!seeded.Seeded)
        {
            output.WriteLine($"AIOHub is ready at {address}");
            return;
        }

        output.WriteLine($"AIOHub is ready at {address} (first start: {Seed.OwnerEmail} has {OwnerBalance.ToUsd():0} USD)");
        if (!seeded.Channels.IsEmpty)
        {
            output.WriteLine($"Channels made from the environment: {string.Join(", ", seeded.Channels)}");
        }

        foreach (var warning in seeded.Warnings)
        {
            output.WriteLine($"Note: {warning}");
        }

        output.WriteLine();
        output.WriteLine($"Console: {address}/");
        if (link is not null)
        {
            output.WriteLine($"Sign in as the owner, once, within a day: {address}{Links.SignIn(link)}");
        }

        output.WriteLine($"Your first API key, shown once: {seeded.KeySecret}");
        output.WriteLine("Try it:");
        output.WriteLine();
        output.WriteLine($"curl {address}/v1/chat/completions -H \"Authorization: Bearer {seeded.KeySecret}\" -H \"Content-Type: application/json\" "
            + "-d '{\"model\":\"sandbox/echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello from AIOHub\"}]}'");
        output.WriteLine();
    }
}
