using System.CommandLine;
using System.Net.Sockets;
using AioHub.Core.Setup;
using AioHub.Host.Configuration;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using Microsoft.AspNetCore.Connections;

namespace AioHub.Host.Cli;

/// <summary><c>serve</c>: listens until it is told to stop, lets running calls end, then leaves.</summary>
internal static class ServeVerb
{
    public static Command Build(VerbFrame frame)
    {
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen on, separated by ';' (default http://127.0.0.1:8080)", HelpName = "URLS" };
        var h2c = new Option<string?>("--h2c-urls") { Description = "Addresses for HTTP/2 in cleartext with prior knowledge (AWS SDK for JavaScript), separated by ';' (default none)", HelpName = "URLS" };
        var redis = new Option<string?>("--redis") { Description = "A Redis connection string; empty = none", HelpName = "CONNECTION" };
        var config = new Option<string?>("--config") { Description = "A YAML file that is applied first", HelpName = "FILE" };
        var command = new Command("serve", "Start the hub (the default)") { urls, h2c, redis, config };
        frame.Raw(command, async (parsed, cancellation) =>
        {
            var settings = HubSettings.Read(new Dictionary<string, string?>(frame.Flags(parsed), StringComparer.Ordinal)
            {
                ["urls"] = parsed.GetValue(urls),
                ["h2c-urls"] = parsed.GetValue(h2c),
                ["redis"] = parsed.GetValue(redis),
                ["config"] = parsed.GetValue(config),
            });
            await using var server = await StartAsync(frame, settings, cancellation);
            var link = server.Seeded.Seeded ? await server.Home.Sessions.MakeLinkAsync(Seed.OwnerEmail, cancellation: cancellation) : null;
            FirstStart.Tell(frame.Output, server.Address, server.Seeded, link);

            await frame.Output.FlushAsync(cancellation);
            await server.WaitForShutdownAsync(cancellation);
            return 0;
        });
        return command;
    }

    private static async Task<HubServer> StartAsync(VerbFrame frame, HubSettings settings, CancellationToken cancellation)
    {
        SeedReport? first = null;
        var started = false;
        try
        {
            var server = await HubServer.StartAsync(settings, TimeProvider.System, Log, OpenedAsync, cancellation);
            started = true;
            return server;
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new ServeException($"{settings.Addresses} is in use: stop what listens there, or choose another address with --urls{(settings.H2cUrls is null ? "" : " or --h2c-urls")}.", failure);
        }
        catch (Exception failure) when (failure is SocketException or AddressInUseException)
        {
            throw new ServeException($"Cannot listen on {settings.Addresses}: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is FormatException or InvalidOperationException && failure.StackTrace?.Contains("Kestrel", StringComparison.Ordinal) == true)
        {
            throw new ServeException($"Cannot listen on '{settings.Addresses}': {failure.Message}", failure);
        }
        finally
        {
            if (!started && first is { Seeded: true })
            {
                await frame.TellSeededAsync(settings, first);
            }
        }

        async Task OpenedAsync(HubHome home, SeedReport seeded)
        {
            first = seeded;
            if (!string.IsNullOrEmpty(settings.Config))
            {
                if (await ConfigurationFile.ApplyAtStartAsync(home, settings.Config, Environment.GetEnvironmentVariable, cancellation) is { } report)
                {
                    ApplyVerb.TellKeys(frame.Output, report);
                }
            }
        }
    }

    private static void Log(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
        });
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("AioHub", LogLevel.Information);
        // A request that is logged gets an activity and a scope, which every await then carries along.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // That the start failed is told in one line by this verb.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }
}

/// <summary>The server did not start, for a reason that an operator can put right.</summary>
internal sealed class ServeException(string message, Exception inner) : Exception(message, inner);
